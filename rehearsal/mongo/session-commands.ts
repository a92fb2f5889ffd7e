import { Binary } from 'bson';
import { MECHANISMS, ScramExchange } from './access.ts';
import type { Call, CommandTable } from './engine.ts';
import { CommandError, isDoc, type Doc } from './values.ts';

const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

function hello({ engine, connection, command }: Call): Doc {
  const isDocumentDb = engine.mode === 'documentdb';
  const [db = '', ...name] =
    typeof command.saslSupportedMechs === 'string' ? command.saslSupportedMechs.split('.') : [];
  // DocumentDB 5.0 does not say which mechanisms it has, which is why drivers try SCRAM-SHA-256 and fail.
  const isKnown = !isDocumentDb && engine.users.find(`${db}.${name.join('.')}`) !== undefined;
  return {
    helloOk: true,
    ismaster: true,
    isWritablePrimary: true,
    secondary: false,
    setName: 'rs0',
    setVersion: 1,
    hosts: [connection.address],
    primary: connection.address,
    me: connection.address,
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    minWireVersion: 0,
    maxWireVersion: isDocumentDb ? 13 : 21,
    readOnly: false,
    ...(isKnown && { saslSupportedMechs: MECHANISMS }),
  };
}

function buildInfo({ engine }: Call): Doc {
  const version = engine.mode === 'documentdb' ? '5.0.0' : '7.0.0';
  const versionArray = [...version.split('.').map(Number), 0];
  return { version, versionArray, maxBsonObjectSize: MAX_DOCUMENT_BYTES, modules: [], bits: 64, debug: false };
}

const payloadOf = ({ command }: Call): string =>
  command.payload instanceof Binary ? Buffer.from(command.payload.value()).toString('utf8') : String(command.payload);
const saslReply = (text: string, done: boolean): Doc => ({
  conversationId: 1,
  done,
  payload: new Binary(Buffer.from(text)),
});

function saslStart(call: Call): Doc {
  const { engine, connection, command, db } = call;
  const mechanism = MECHANISMS.find((known) => known === command.mechanism);
  if (mechanism === undefined || (engine.mode === 'documentdb' && mechanism !== 'SCRAM-SHA-1')) {
    const text = engine.mode === 'documentdb' ? '[ -301 ]' : `'${String(command.mechanism)}'`;
    throw new CommandError(2, `Unsupported mechanism ${text}`);
  }
  connection.exchange = new ScramExchange(engine.users, db, mechanism, payloadOf(call));
  connection.skipEmptyExchange = isDoc(command.options) && command.options.skipEmptyExchange === true;
  return saslReply(connection.exchange.firstReply, false);
}

function saslContinue(call: Call): Doc {
  const { exchange } = call.connection;
  const message = payloadOf(call);
  if (exchange === undefined) {
    // Clients that do not skip it end with an empty message after they have checked the server's signature.
    if (message === '' && call.connection.userId !== undefined) return saslReply('', true);
    throw new CommandError(17, 'No SASL session state found');
  }
  call.connection.exchange = undefined;
  const signature = exchange.finish(message);
  call.connection.userId = exchange.userId;
  return saslReply(signature, call.connection.skipEmptyExchange);
}

function connectionStatus({ engine, userId }: Call): Doc {
  const user = engine.users.find(userId);
  const authenticatedUsers = user === undefined ? [] : [{ user: user.name, db: user.db }];
  return { authInfo: { authenticatedUsers, authenticatedUserRoles: user?.roles ?? [] } };
}

const nothing = (): Doc => ({});

export const SESSION_COMMANDS: CommandTable = {
  hello: { action: 'handshake', run: hello },
  isMaster: { action: 'handshake', run: hello },
  ismaster: { action: 'handshake', run: hello },
  saslStart: { action: 'handshake', run: saslStart },
  saslContinue: { action: 'handshake', run: saslContinue },
  ping: { action: 'authenticated', run: nothing },
  buildInfo: { action: 'authenticated', run: buildInfo },
  buildinfo: { action: 'authenticated', run: buildInfo },
  connectionStatus: { action: 'authenticated', run: connectionStatus },
  getParameter: { action: 'authenticated', run: nothing },
};
