import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMongoServer, type MongoServerOptions } from './server.ts';

export const MASTER = 'master';
/** Every character that has to be escaped in a connection string. */
export const MASTER_PASSWORD = 'p@ss:w/rd?#[]%+ "=,&';

interface Certificates {
  readonly folder: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  remove: () => void;
}

/** A certificate authority and a server certificate for the loopback interface, as files. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'mongo-rehearsal-'));
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1');
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Rehearsal CA', '-days', '2');
  openssl('req', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost');
  const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names'];
  openssl('x509', '-req', '-in', 'server.csr', '-out', 'server.pem', ...signing);
  const [ca = '', cert = '', key = ''] = ['ca.pem', 'server.pem', 'server.key'].map((name) => join(folder, name));
  return {
    folder,
    ca,
    cert,
    key,
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

export interface TestServer {
  readonly certificates: Certificates;
  /** A connection string; the master's unless a user is given. */
  uri: (query?: string, user?: string, password?: string, host?: string) => string;
  close: () => Promise<void>;
}

export async function startTestServer(
  options: Pick<MongoServerOptions, 'mode' | 'ttlIntervalMs' | 'indexBuildMs'>,
): Promise<TestServer> {
  const certificates = makeCertificates();
  const [tlsCert, tlsKey] = [readFileSync(certificates.cert), readFileSync(certificates.key)];
  const server = await startMongoServer({ ...options, user: MASTER, password: MASTER_PASSWORD, tlsCert, tlsKey });
  return {
    certificates,
    uri: (query = '', user = MASTER, password = MASTER_PASSWORD, host = '127.0.0.1') =>
      `mongodb://${user}:${encodeURIComponent(password)}@${host}:${server.port}/?authSource=admin&replicaSet=rs0` +
      `&tls=true&tlsCAFile=${certificates.ca}&serverSelectionTimeoutMS=3000${query}`,
    close: async () => {
      await server.close();
      certificates.remove();
    },
  };
}
