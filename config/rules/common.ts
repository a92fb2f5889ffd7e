import { BlockList } from 'node:net';
import type { DeploymentConfig } from '../schema.ts';

/** Tells what is wrong at a path, with the value and what to do. */
export type Report = (path: string, message: string) => void;

export const EVERYBODY = '0.0.0.0/0';

export const isProduction = (config: DeploymentConfig) =>
  config.environment === 'production' || config.environment === 'enterprise';

function contains(outer: string, inner: string): boolean {
  const [address = '', prefix = '32'] = outer.split('/');
  const [innerAddress = '', innerPrefix = '32'] = inner.split('/');
  const list = new BlockList();
  list.addSubnet(address, Number(prefix), 'ipv4');
  return Number(innerPrefix) >= Number(prefix) && list.check(innerAddress, 'ipv4');
}

export const overlap = (one: string, other: string) => contains(one, other) || contains(other, one);
