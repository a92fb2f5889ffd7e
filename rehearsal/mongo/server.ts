/**
 * A server that speaks MongoDB's protocol, for rehearsing deployments where no real one can run.
 *
 * It is an imitation: data lives in memory, queries scan and follow mingo, whole numbers beyond 32 bits come back as
 * doubles, retried writes are not recognized, `$out`, `$merge` and `$text` are missing. A rehearsal that finds a real
 * `mongod` should use that.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type TLSSocket } from 'node:tls';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Engine, type Connection } from './engine.ts';
import type { Mode } from './values.ts';
import { MessageReader, type Request } from './wire.ts';

const HOST = '127.0.0.1';

export interface MongoServerOptions {
  readonly mode: Mode;
  /** 0 takes a free one. */
  readonly port?: number;
  /** The master user, who may do everything. */
  readonly user: string;
  readonly password: string;
  /** Server certificate, PEM. */
  readonly tlsCert: string | Buffer;
  readonly tlsKey: string | Buffer;
  /** How often TTL indexes are looked at, in milliseconds. @default 60000, as MongoDB does */
  readonly ttlIntervalMs?: number;
  /** How long a DocumentDB index build blocks others on its collection, in milliseconds. @default 10 */
  readonly indexBuildMs?: number;
}

export interface MongoServer {
  readonly port: number;
  close: () => Promise<void>;
}

/** Starts a server that speaks MongoDB's protocol over TLS on the loopback interface and keeps its data in memory. */
export async function startMongoServer(options: MongoServerOptions): Promise<MongoServer> {
  const engine = new Engine(options.mode, options.indexBuildMs ?? 10);
  engine.users.create('admin', options.user, options.password, ['root']);
  const sockets = new Set<TLSSocket>();
  const server = createServer({ cert: options.tlsCert, key: options.tlsKey, minVersion: 'TLSv1.2' }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(engine, socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, HOST, resolve);
  });
  const reaper = setInterval(() => {
    for (const collection of engine.store.list()) collection.reap(Date.now());
  }, options.ttlIntervalMs ?? 60_000);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () =>
      new Promise((resolve) => {
        clearInterval(reaper);
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function serve(engine: Engine, socket: TLSSocket): void {
  // Drivers drop a member that calls itself otherwise than they do, so it takes the name they asked for.
  const { servername } = socket as { servername?: string | false };
  const host = typeof servername === 'string' && servername !== '' ? servername : HOST;
  const connection: Connection = { address: `${host}:${socket.localPort ?? 0}`, skipEmptyExchange: false };
  const reader = new MessageReader();
  let last = Promise.resolve();
  socket.setNoDelay(true);
  // What cannot be parsed cannot be answered.
  const hangUp = (): void => {
    socket.destroy();
  };
  const answer = async ({ command, wantsReply, encodeReply }: Request): Promise<void> => {
    const reply = await engine.run(connection, command);
    if (wantsReply && socket.writable) socket.write(encodeReply(reply));
  };
  socket.on('error', hangUp).on('data', (chunk: Buffer) => {
    try {
      for (const request of reader.push(chunk)) last = last.then(() => answer(request)).catch(hangUp);
    } catch {
      hangUp();
    }
  });
}

function readArguments(): { options: MongoServerOptions; readyFile: string } {
  const names = ['mode', 'port', 'user', 'password-env', 'tls-cert', 'tls-key', 'ready-file'] as const;
  const { values } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) });
  const given = (name: (typeof names)[number]): string => {
    const value = values[name];
    if (typeof value === 'string') return value;
    throw new Error(`--${name} is missing`);
  };
  const mode = given('mode');
  if (mode !== 'documentdb' && mode !== 'mongodb') {
    throw new Error(`--mode must be documentdb or mongodb, got '${mode}'`);
  }
  const password = process.env[given('password-env')];
  if (password === undefined) throw new Error(`--password-env names no variable: ${given('password-env')}`);
  const [tlsCert, tlsKey] = [readFileSync(given('tls-cert')), readFileSync(given('tls-key'))];
  const options = { mode, port: Number(given('port')), user: given('user'), password, tlsCert, tlsKey } as const;
  return { options, readyFile: given('ready-file') };
}

async function main(): Promise<void> {
  const { options, readyFile } = readArguments();
  const server = await startMongoServer(options);
  const stop = (): void => {
    void server.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  // Whoever waits for the file must never read half of it.
  writeFileSync(`${readyFile}.${process.pid}`, JSON.stringify({ port: server.port, pid: process.pid }));
  renameSync(`${readyFile}.${process.pid}`, readyFile);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main().catch((error: unknown) => {
    process.stderr.write(`mongo rehearsal server: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
