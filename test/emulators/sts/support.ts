import { request } from 'node:http';
import { AccessKeys } from '../../../emulators/aws/access-keys.ts';
import type { Signed } from '../../support/aws-signature.ts';

/** The user that the tests act as. */
export const USER = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  principal: {
    arn: 'arn:aws:iam::111122223333:user/updater',
    userId: 'AIDACKCEVSQ6C2EXAMPLE',
    account: '111122223333',
  },
} as const;

export const keys = () => new AccessKeys([USER]);

export interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly text: string;
}

/** Sends a signed request to a stand-in, with the `Host` header that was signed, which fetch() would replace. */
export function send(url: string, { method, headers, body }: Signed): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: { ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'], text }),
      );
    });
    sent.on('error', reject).end(body);
  });
}

/** The text of the first element of that name. */
export function element({ text }: Answer, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
}
