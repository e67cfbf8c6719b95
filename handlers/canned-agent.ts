import { Agent } from 'node:http';
import { Duplex } from 'node:stream';

/** A request's first line. */
export type Answer = (method: string, path: string) => string;

/**
 * Makes connections that lead nowhere: each request is answered in this process, so that all that sends and reads it is
 * used as with a server, and nothing leaves the process.
 *
 * @param answer the body of the answer, in ASCII; with the headers of an answer of Consul.
 */
export function cannedAgent(answer: Answer): Agent {
  return new (class extends Agent {
    override createConnection(): Duplex {
      return new CannedSocket(answer);
    }
  })({ keepAlive: true });
}

const HEADERS = 'x-consul-index: 1\r\nx-consul-knownleader: true\r\nx-consul-lastcontact: 0\r\n';

class CannedSocket extends Duplex {
  readonly #answer: Answer;
  #request = '';

  constructor(answer: Answer) {
    super();
    this.#answer = answer;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#request += chunk.toString('latin1');
    const [head = '', body] = this.#request.split('\r\n\r\n', 2);
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
    if (body !== undefined && body.length >= length) {
      const [method = '', path = ''] = head.split(' ', 2);
      const text = this.#answer(method, path);
      const type = text.startsWith('<') ? 'text/xml' : 'application/json';
      this.#request = '';
      this.push(
        `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\n${HEADERS}content-length: ${text.length}\r\n\r\n${text}`,
      );
    }
    done();
  }

  /** What HTTP asks of a socket. */
  setKeepAlive = () => this;
  setNoDelay = () => this;
  setTimeout = () => this;
  ref = () => this;
  unref = () => this;
}
