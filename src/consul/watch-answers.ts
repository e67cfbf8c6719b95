import diagnostics from 'node:diagnostics_channel';
import type { Agent, ClientRequest } from 'node:http';
import type { AnswerLimit } from './answer-limit.ts';

/**
 * Makes a request fail as soon as its answer is cut off, or is too large. The client listens to the request only, and a
 * response that ends early says so only to its own listeners: the call would hang until its timeout. Nor does the client
 * bound what it gathers.
 * https://nodejs.org/api/diagnostics_channel.html#http
 *
 * @param agent whose requests are meant.
 * @returns ends it.
 */
export function watchAnswers(agent: Agent, limit: AnswerLimit): () => void {
  const onStart = (message: unknown) => {
    const { request } = message as { request: ClientRequest & { agent?: Agent } };
    if (request.agent !== agent) return;
    request.once('response', (response) => {
      response.once('error', (error) => request.emit('error', error));
      const incoming = limit.open((error) => {
        request.emit('error', error);
        response.destroy();
      });
      response.on('data', incoming.add);
      response.once('close', incoming.end);
    });
  };
  diagnostics.subscribe('http.client.request.start', onStart);
  return () => void diagnostics.unsubscribe('http.client.request.start', onStart);
}
