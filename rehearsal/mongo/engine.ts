import { Users, type Action, type ScramExchange } from './access.ts';
import { ADMIN_COMMANDS } from './admin-commands.ts';
import { DATA_COMMANDS } from './data-commands.ts';
import { missingInTransaction, refuseForDocumentDb } from './dialect.ts';
import { Cursors } from './queries.ts';
import { SESSION_COMMANDS } from './session-commands.ts';
import { Store, type Collection } from './store.ts';
import { asDoc, asDocs, CommandError, keyOf, toCommandError, type Doc, type Mode } from './values.ts';

/** What the server knows of one client connection. */
export interface Connection {
  /** The server as this client calls it, which is where drivers look for the replica set. */
  readonly address: string;
  userId?: string | undefined;
  exchange?: ScramExchange | undefined;
  skipEmptyExchange: boolean;
}

/** One command on its way through the server. */
export class Call {
  readonly engine: Engine;
  readonly connection: Connection;
  readonly command: Doc;
  readonly name: string;
  readonly db: string;
  readonly store: Store;

  constructor(engine: Engine, connection: Connection, command: Doc, name: string, store: Store) {
    this.engine = engine;
    this.connection = connection;
    this.command = command;
    this.name = name;
    this.db = databaseOf(command);
    this.store = store;
  }

  get userId(): string {
    return this.connection.userId ?? '';
  }

  get namespace(): string {
    return `${this.db}.${String(this.command[this.name])}`;
  }

  get collection(): Collection | undefined {
    return this.store.get(this.db, String(this.command[this.name]));
  }

  ensure(options?: Doc): Collection {
    const name = this.command[this.name];
    if (typeof name === 'string' && name !== '') return this.store.ensure(this.db, name, options);
    throw new CommandError(73, 'collection name has invalid type or is empty');
  }
}

interface CommandDefinition {
  readonly action: Action | 'handshake' | 'authenticated';
  /** True if the command may be part of a transaction. */
  readonly transactional?: boolean;
  readonly run: (call: Call) => Doc | Promise<Doc>;
}

export type CommandTable = Readonly<Record<string, CommandDefinition>>;

const COMMANDS: CommandTable = {
  ...SESSION_COMMANDS,
  ...ADMIN_COMMANDS,
  ...DATA_COMMANDS,
};

interface Transaction {
  readonly number: string;
  readonly store: Store;
}

/** The server without its socket: takes a command, gives a reply. */
export class Engine {
  readonly mode: Mode;
  readonly indexBuildMs: number;
  readonly store: Store;
  readonly users = new Users();
  readonly cursors = new Cursors();
  readonly #transactions = new Map<string, Transaction>();

  constructor(mode: Mode, indexBuildMs: number) {
    this.mode = mode;
    this.indexBuildMs = indexBuildMs;
    this.store = new Store(mode);
  }

  async run(connection: Connection, command: Doc): Promise<Doc> {
    const inTransaction = command.autocommit === false;
    try {
      const name = Object.keys(command)[0] ?? '';
      const definition = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
      if (definition === undefined) throw new CommandError(59, `no such command: '${name}'`);
      this.#authorize(connection, command, name, definition.action);
      if (this.mode === 'documentdb') refuseForDocumentDb(command);
      const store = inTransaction ? this.#transactionStore(command, name, definition) : this.store;
      const call = new Call(this, connection, command, name, store);
      const reply = await definition.run(call);
      if (inTransaction && reply.writeErrors !== undefined) this.#transactions.delete(sessionOf(command));
      return { ...reply, ok: 1 };
    } catch (error) {
      const refusal = toCommandError(error);
      if (inTransaction) this.#transactions.delete(sessionOf(command));
      const isTransient = inTransaction && (refusal.code === 112 || refusal.code === 251);
      return { ...refusal.toReply(), ...(isTransient && { errorLabels: ['TransientTransactionError'] }) };
    }
  }

  commit(command: Doc): Doc {
    this.#transactions.get(sessionOf(command))?.store.commit();
    return this.abort(command);
  }

  abort(command: Doc): Doc {
    this.#transactions.delete(sessionOf(command));
    return {};
  }

  endSessions(command: Doc): Doc {
    for (const { id } of asDocs(command.endSessions, 'endSessions')) this.#transactions.delete(keyOf(id));
    return {};
  }

  #authorize({ userId }: Connection, command: Doc, name: string, action: CommandDefinition['action']): void {
    if (action === 'handshake') return;
    if (this.users.find(userId) === undefined) throw new CommandError(13, `command ${name} requires authentication`);
    const db = databaseOf(command);
    if (action !== 'authenticated' && !this.users.mayDo(userId, action, db)) {
      throw new CommandError(13, `not authorized on ${db} to execute command ${name}`);
    }
  }

  /** The snapshot a transaction works on, taken at its first statement. */
  #transactionStore(command: Doc, name: string, { transactional, action }: CommandDefinition): Store {
    const session = sessionOf(command);
    const number = String(command.txnNumber);
    if (command.startTransaction === true) this.#transactions.set(session, { number, store: this.store.begin() });
    const transaction = this.#transactions.get(session);
    if (transaction?.number !== number) {
      throw new CommandError(251, `Given transaction number ${number} does not match any in-progress transactions`);
    }
    if (transactional !== true && action !== 'authenticated') {
      throw new CommandError(263, `Cannot run '${name}' in a multi-document transaction`);
    }
    const isData = action === 'read' || action === 'write' || action === 'schema';
    const isMissing = transaction.store.get(databaseOf(command), String(command[name])) === undefined;
    if (this.mode === 'documentdb' && isData && isMissing) throw missingInTransaction();
    return transaction.store;
  }
}

const databaseOf = ({ $db }: Doc): string => (typeof $db === 'string' ? $db : 'admin');
const sessionOf = (command: Doc): string => keyOf(asDoc(command.lsid ?? {}, 'lsid').id);
