import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { startXmlServer, writeXml } from '../../../emulators/aws/xml-server.ts';
import { certificateOffice } from '../../support/certificates.ts';

it('speaks TLS with the certificate that it was given', async () => {
  const office = await certificateOffice();
  onTestFinished(() => office.close());
  const { cert, key } = await office.selfSigned('stand-in', { names: ['IP:127.0.0.1'] });
  const server = await startXmlServer(
    async ({ target }, response) => writeXml(response, 200, `<Asked>${target}</Asked>`, 'id'),
    { tls: { cert, key } },
  );
  onTestFinished(() => server.close());
  expect(server.url).toMatch(/^https:/);
  const sent = request(`${server.url}/zone`, { ca: cert });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  expect(await text(response)).toBe('<Asked>/zone</Asked>');
});
