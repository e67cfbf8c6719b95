import { RecordStoreError } from '../errors.ts';
import type { ChangeStatus } from '../ports.ts';
import { type Finding, ok, warning } from './finding.ts';
import { callFinding } from './route53-api.ts';

/**
 * Whether the role may ask what became of a change. There is none to ask about, so one is made up: rights are checked
 * first, and who has it is told that there is no such change.
 *
 * @param nonce a text that is in no change's ID.
 */
export async function changeStatusFinding(
  changes: ChangeStatus,
  nonce: string,
  signal: AbortSignal,
): Promise<Finding> {
  const allowed = ok('The role may ask what became of a change.');
  try {
    await changes.isInSync(`C${nonce.replaceAll('-', '').toUpperCase()}`, signal);
    return allowed;
  } catch (error) {
    if (!(error instanceof RecordStoreError)) throw error;
    if (error.reason === 'access-denied')
      return warning(
        'The role may not ask what became of a change (AccessDenied): records follow all the same, but how long changes take in Route 53 is not known.',
        'Give the role route53:GetChange on arn:aws:route53:::change/*.',
      );
    const isUnknown =
      error.cause instanceof Error && ['NoSuchChange', 'InvalidInput'].includes(error.cause.name);
    return isUnknown ? allowed : callFinding(error, 'route53:GetChange');
  }
}
