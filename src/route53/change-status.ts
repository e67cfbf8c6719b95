import { GetChangeCommand, type Route53Client } from '@aws-sdk/client-route-53';
import type { ChangeStatus } from '../ports.ts';
import { ask } from './ask.ts';

/** Asks `GetChange`. https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html */
export function route53ChangeStatus(client: Route53Client): ChangeStatus {
  return {
    async isInSync(changeId, signal) {
      const { ChangeInfo } = await ask('asking what became of a change', signal, (abortSignal) =>
        client.send(new GetChangeCommand({ Id: changeId }), { abortSignal }),
      );
      return ChangeInfo?.Status === 'INSYNC';
    },
  };
}
