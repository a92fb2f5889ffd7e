import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How AWS answers calls that it refuses. */
export interface Fault {
  /** Code of the error, such as `ExpiredToken`. */
  readonly code: string;
  readonly message: string;
  /** Which calls: by what stands in the address, the headers or the body, such as `Action=DescribeStacks`. */
  readonly of: RegExp;
  /**
   * Calls that fail before AWS answers again.
   *
   * @default - all
   */
  readonly times?: number;
}

/** An address that leads to another one and refuses some of the calls, as AWS would. */
export async function faultyEndpoint(
  target: string,
  fault: Fault,
): Promise<{ url: string; refused: () => number; close: () => Promise<void> }> {
  let refused = 0;
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const call = `${incoming.url ?? ''}\n${JSON.stringify(incoming.headers)}\n${body.toString()}`;
      if (fault.of.test(call) && refused < (fault.times ?? Infinity)) {
        refused += 1;
        const isJson = (incoming.headers['content-type'] ?? '').includes('json');
        outgoing.writeHead(
          400,
          isJson ? { 'content-type': 'application/x-amz-json-1.1' } : { 'content-type': 'text/xml' },
        );
        outgoing.end(
          isJson
            ? JSON.stringify({ __type: fault.code, message: fault.message })
            : `<ErrorResponse><Error><Type>Sender</Type><Code>${fault.code}</Code><Message>${fault.message}</Message></Error></ErrorResponse>`,
        );
        return;
      }
      const { hostname, port } = new URL(target);
      const forwarded = request(
        { hostname, port, path: incoming.url, method: incoming.method, headers: incoming.headers },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        },
      );
      forwarded.on('error', () => outgoing.destroy());
      forwarded.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    refused: () => refused,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}
