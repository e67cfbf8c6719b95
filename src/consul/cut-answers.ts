import diagnostics from 'node:diagnostics_channel';
import type { Agent, ClientRequest } from 'node:http';

/**
 * Makes a request fail as soon as its answer is cut off. The client listens to the request only, and a response
 * that ends early says so only to its own listeners: the call would hang until its timeout.
 * https://nodejs.org/api/diagnostics_channel.html#http
 *
 * @param agent whose requests are meant.
 * @returns ends it.
 */
export function noticeCutAnswers(agent: Agent): () => void {
  const onStart = (message: unknown) => {
    const { request } = message as { request: ClientRequest & { agent?: Agent } };
    if (request.agent !== agent) return;
    request.once('response', (response) => response.once('error', (error) => request.emit('error', error)));
  };
  diagnostics.subscribe('http.client.request.start', onStart);
  return () => void diagnostics.unsubscribe('http.client.request.start', onStart);
}
