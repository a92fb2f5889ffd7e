import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { asString, CommandError, isDoc } from './values.ts';

type Mechanism = 'SCRAM-SHA-1' | 'SCRAM-SHA-256';
export const MECHANISMS: readonly Mechanism[] = ['SCRAM-SHA-1', 'SCRAM-SHA-256'];

/** What a command does, as far as roles tell commands apart. */
export type Action = 'read' | 'write' | 'schema' | 'manage' | 'users';

const ROLE_ACTIONS: Readonly<Record<string, readonly Action[]>> = {
  read: ['read'],
  readWrite: ['read', 'write', 'schema'],
  dbAdmin: ['schema', 'manage'],
  userAdmin: ['users'],
  dbOwner: ['read', 'write', 'schema', 'manage', 'users'],
};
const ANY_DATABASE = 'AnyDatabase';
/** The least that drivers accept; a rehearsal's passwords live for minutes, and connecting should be quick. */
const ITERATIONS = 4096;

interface Role {
  readonly role: string;
  readonly db: string;
}

interface Credential {
  readonly salt: Buffer;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

export interface User {
  readonly name: string;
  readonly db: string;
  readonly roles: readonly Role[];
  readonly credentials: Readonly<Record<Mechanism, Credential>>;
}

const digestOf = (mechanism: Mechanism): string => mechanism.slice('SCRAM-'.length).replace('-', '');
const hmac = (mechanism: Mechanism, key: Buffer, text: string): Buffer =>
  createHmac(digestOf(mechanism), key).update(text).digest();
const hash = (mechanism: Mechanism, data: Buffer): Buffer => createHash(digestOf(mechanism)).update(data).digest();

function credential(mechanism: Mechanism, name: string, password: string): Credential {
  const salt = randomBytes(mechanism === 'SCRAM-SHA-1' ? 16 : 28);
  // MongoDB's SCRAM-SHA-1 hashes this digest of the password, not the password.
  const secret =
    mechanism === 'SCRAM-SHA-1' ? createHash('md5').update(`${name}:mongo:${password}`).digest('hex') : password;
  const salted = pbkdf2Sync(secret, salt, ITERATIONS, mechanism === 'SCRAM-SHA-1' ? 20 : 32, digestOf(mechanism));
  return {
    salt,
    storedKey: hash(mechanism, hmac(mechanism, salted, 'Client Key')),
    serverKey: hmac(mechanism, salted, 'Server Key'),
  };
}

const credentialsFor = (name: string, password: string): User['credentials'] => ({
  'SCRAM-SHA-1': credential('SCRAM-SHA-1', name, password),
  'SCRAM-SHA-256': credential('SCRAM-SHA-256', name, password.normalize('NFKC')),
});

function parseRoles(roles: unknown, database: string): Role[] {
  return (Array.isArray(roles) ? (roles as unknown[]) : []).map((item) => {
    const role = asString(isDoc(item) ? item.role : item, 'role');
    const db = isDoc(item) ? asString(item.db, 'db') : database;
    const known = role === 'root' || role.startsWith('cluster') || role.replace(ANY_DATABASE, '') in ROLE_ACTIONS;
    if (!known) throw new CommandError(31, `No role named ${role}@${db}`);
    return { role, db };
  });
}

/** The users of the server and what they may do. */
export class Users {
  readonly #users = new Map<string, User>();

  create(db: string, name: string, password: unknown, roles: unknown): void {
    if (this.#users.has(`${db}.${name}`)) throw new CommandError(51003, `User "${name}@${db}" already exists`);
    const credentials = credentialsFor(name, asString(password, 'pwd'));
    this.#users.set(`${db}.${name}`, { name, db, roles: parseRoles(roles, db), credentials });
  }

  update(db: string, name: string, password: unknown, roles: unknown): void {
    const user = this.require(db, name);
    const credentials = password === undefined ? user.credentials : credentialsFor(name, asString(password, 'pwd'));
    this.#users.set(`${db}.${name}`, {
      ...user,
      credentials,
      roles: roles === undefined ? user.roles : parseRoles(roles, db),
    });
  }

  drop(db: string, name: string): void {
    this.require(db, name);
    this.#users.delete(`${db}.${name}`);
  }

  find(id: string | undefined): User | undefined {
    return this.#users.get(id ?? '');
  }

  require(db: string, name: string): User {
    const user = this.find(`${db}.${name}`);
    if (user === undefined) throw new CommandError(11, `User '${name}@${db}' not found`);
    return user;
  }

  list(): User[] {
    return [...this.#users.values()];
  }

  /** Looked up at each command, so that a changed role or a dropped user counts at once. */
  mayDo(id: string | undefined, action: Action, database: string): boolean {
    const roles = this.find(id)?.roles ?? [];
    return roles.some(({ role, db }) => {
      if (role === 'root') return true;
      const everywhere = role.endsWith(ANY_DATABASE);
      return (
        (everywhere || db === database) && (ROLE_ACTIONS[role.replace(ANY_DATABASE, '')]?.includes(action) ?? false)
      );
    });
  }
}

const authenticationFailed = (): CommandError => new CommandError(18, 'Authentication failed.');

/** The server's side of one SCRAM exchange (RFC 5802). */
export class ScramExchange {
  readonly userId: string;
  readonly firstReply: string;
  readonly #mechanism: Mechanism;
  readonly #credential: Credential;
  readonly #clientFirst: string;
  readonly #nonce: string;

  constructor(users: Users, database: string, mechanism: Mechanism, message: string) {
    const [, header, bare] = /^([ny],[^,]*,)(.*)$/s.exec(message) ?? [];
    const { n: name, r: clientNonce } = attributes(bare ?? '');
    const user = users.find(`${database}.${(name ?? '').replaceAll('=2C', ',').replaceAll('=3D', '=')}`);
    if (header === undefined || bare === undefined || clientNonce === undefined || user === undefined) {
      throw authenticationFailed();
    }
    this.userId = `${user.db}.${user.name}`;
    this.#mechanism = mechanism;
    this.#credential = user.credentials[mechanism];
    this.#clientFirst = bare;
    this.#nonce = clientNonce + randomBytes(18).toString('base64');
    this.firstReply = `r=${this.#nonce},s=${this.#credential.salt.toString('base64')},i=${ITERATIONS}`;
  }

  /** Checks the client's proof and returns the server's signature. */
  finish(message: string): string {
    const { r: nonce, p: proof } = attributes(message);
    const { storedKey, serverKey } = this.#credential;
    const signed = `${this.#clientFirst},${this.firstReply},${message.replace(/,p=[^,]*$/, '')}`;
    const signature = hmac(this.#mechanism, storedKey, signed);
    const proofBytes = Buffer.from(proof ?? '', 'base64');
    const clientKey = signature.map((byte, i) => byte ^ (proofBytes[i] ?? 0));
    const isProven = nonce === this.#nonce && timingSafeEqual(hash(this.#mechanism, Buffer.from(clientKey)), storedKey);
    if (!isProven) throw authenticationFailed();
    return `v=${hmac(this.#mechanism, serverKey, signed).toString('base64')}`;
  }
}

const attributes = (message: string): Partial<Record<string, string>> =>
  Object.fromEntries(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]));
