import type { SnapshotSerializer } from 'vitest';

/** 64 hexadecimal digits: the hash of an asset, which changes with every edit of a file that travels in it. */
const ASSET_HASH = /[0-9a-f]{64}/;
const ASSET_HASHES = /[0-9a-f]{64}/g;

/**
 * Keeps asset hashes out of snapshots, so that a snapshot changes when the template does, not when a comment in a
 * Lambda function does.
 */
export const hashless: SnapshotSerializer = {
  test: (value: unknown) => typeof value === 'string' && ASSET_HASH.test(value),
  serialize: (value: string, config, indentation, depth, refs, printer) =>
    printer(value.replace(ASSET_HASHES, '<asset hash>'), config, indentation, depth, refs),
};
