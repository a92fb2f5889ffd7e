import { deserialize, serialize } from 'bson';
import type { Doc } from './values.ts';

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER_BYTES = 16;
const MAX_MESSAGE_BYTES = 48_000_000;
const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;

/** One command as it came in, and how to answer it. */
export interface Request {
  readonly command: Doc;
  /** False for unacknowledged writes. */
  readonly wantsReply: boolean;
  readonly encodeReply: (reply: Doc) => Buffer;
}

/** Cuts a byte stream into messages. */
export class MessageReader {
  #chunks: Buffer[] = [];
  #size = 0;
  #wanted = HEADER_BYTES;

  *push(chunk: Buffer): Generator<Request> {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    // Joined only once they are enough: a large insert comes in hundreds of chunks.
    while (this.#size >= this.#wanted) {
      const pending = Buffer.concat(this.#chunks);
      const length = pending.readInt32LE(0);
      if (length < HEADER_BYTES || length > MAX_MESSAGE_BYTES) throw new Error(`message of ${length} bytes`);
      const isWhole = pending.length >= length;
      this.#chunks = [isWhole ? pending.subarray(length) : pending];
      this.#size = isWhole ? pending.length - length : pending.length;
      this.#wanted = isWhole ? HEADER_BYTES : length;
      if (isWhole) yield decode(pending.subarray(0, length));
    }
  }
}

function decode(message: Buffer): Request {
  const requestId = message.readInt32LE(4);
  const opCode = message.readInt32LE(12);
  if (opCode === OP_MSG) return decodeMsg(message, requestId);
  if (opCode === OP_QUERY) return decodeQuery(message, requestId);
  throw new Error(`opcode ${opCode} is not supported`);
}

function decodeMsg(message: Buffer, requestId: number): Request {
  const flags = message.readInt32LE(HEADER_BYTES);
  const end = message.length - ((flags & CHECKSUM_PRESENT) === 0 ? 0 : 4);
  const command: Doc = {};
  const sequences: Doc = {};
  for (let at = HEADER_BYTES + 4; at < end;) {
    const kind = message.readUInt8(at);
    const length = message.readInt32LE(at + 1);
    const section = message.subarray(at + 1, at + 1 + length);
    if (kind === 0) {
      Object.assign(command, parse(section));
    } else {
      const nameEnd = section.indexOf(0, 4);
      sequences[section.toString('utf8', 4, nameEnd)] = parseAll(section.subarray(nameEnd + 1));
    }
    at += 1 + length;
  }
  return {
    // The name of the command is the first key of the body, so document sequences come after it.
    command: { ...command, ...sequences },
    wantsReply: (flags & MORE_TO_COME) === 0,
    encodeReply: (reply) => frame(OP_MSG, requestId, Buffer.alloc(5), reply),
  };
}

/** The old message that drivers still open a connection with. */
function decodeQuery(message: Buffer, requestId: number): Request {
  const nameEnd = message.indexOf(0, HEADER_BYTES + 4);
  const [$db] = message.toString('utf8', HEADER_BYTES + 4, nameEnd).split('.');
  const [command = {}] = parseAll(message.subarray(nameEnd + 9));
  const prefix = Buffer.alloc(20);
  prefix.writeInt32LE(1, 16);
  return {
    command: { ...command, $db },
    wantsReply: true,
    encodeReply: (reply) => frame(OP_REPLY, requestId, prefix, reply),
  };
}

const parse = (bytes: Buffer): Doc => deserialize(bytes);

function parseAll(bytes: Buffer): Doc[] {
  const docs: Doc[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readInt32LE(at)) {
    docs.push(parse(bytes.subarray(at, at + bytes.readInt32LE(at))));
  }
  return docs;
}

function frame(opCode: number, responseTo: number, prefix: Buffer, reply: Doc): Buffer {
  const body = serialize(reply, { ignoreUndefined: true });
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeInt32LE(HEADER_BYTES + prefix.length + body.length, 0);
  header.writeInt32LE(responseTo, 8);
  header.writeInt32LE(opCode, 12);
  return Buffer.concat([header, prefix, body]);
}
