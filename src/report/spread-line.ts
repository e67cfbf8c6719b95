/** What became known of a change after Route 53 had accepted it; see src/reconcile/propagation.ts. */
export interface ToldSpread {
  readonly zoneId: string;
  readonly changeId: string;
  readonly status: 'INSYNC' | 'PENDING';
  readonly milliseconds: number;
}

/** A line of the log, in the words of `Log`. */
export type SpreadLine = readonly [level: 'info' | 'warn', message: string, fields: object];

/** How long a change took from its acceptance until all of Route 53's DNS servers answer by it. */
export function spreadLine({ zoneId, changeId, status, milliseconds }: ToldSpread): SpreadLine {
  const seconds = `${(milliseconds / 1_000).toFixed(1)} s`;
  const fields = { zoneId, changeId, status, propagationMs: milliseconds };
  return status === 'INSYNC'
    ? [
        'info',
        `The change ${changeId} in ${zoneId} is on all of Route 53's DNS servers, ${seconds} after it was accepted.`,
        fields,
      ]
    : [
        'warn',
        `The change ${changeId} in ${zoneId} is still not on all of Route 53's DNS servers, ${seconds} after it was accepted. Clients may get the former addresses. Look at AWS Health for Route 53; nothing here can hurry it.`,
        fields,
      ];
}

/** That nobody can tell how long changes take. @param message what Route 53 said. */
export function spreadDeniedLine(message: string): SpreadLine {
  return [
    'warn',
    `How long a change takes until it is on all of Route 53's DNS servers is not known: ${message}. The records follow all the same. Give the role route53:GetChange on arn:aws:route53:::change/*; it is asked again by the next new process.`,
    {},
  ];
}
