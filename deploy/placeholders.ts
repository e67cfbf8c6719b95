/** What stands in the shipped files and in the documents where a value of one's own belongs. */
const PLACEHOLDERS =
  /EXAMPLE\b|@example\.(com|org|net)\b|\b(vpc|subnet|sg)-0?123456789abcdef0|\bsubnet-0fedcba9876543210/;

/**
 * The parameters and records whose values are still examples. They can be packaged and tried, but not be deployed.
 *
 * @param parameters the stage's parameters as Serverless resolved them.
 * @param records what records.json holds.
 * @returns a sentence for each.
 */
export function placeholdersIn(
  parameters: Readonly<Record<string, unknown>>,
  records: readonly { readonly zoneId: string; readonly name: string }[],
): readonly string[] {
  const isExample = (value: unknown) => PLACEHOLDERS.test(String(value ?? ''));
  const zones = new Set(
    records.map(({ zoneId }) => zoneId).filter((zoneId) => zoneId !== parameters['hostedZoneId']),
  );
  return [
    ...Object.entries(parameters)
      .filter(([, value]) => isExample(value))
      .map(
        ([name, value]) =>
          `The parameter ${name} is still the example "${value}": put your own into stages/<stage>.yml before you deploy.`,
      ),
    ...[...zones]
      .filter(isExample)
      .map(
        (zoneId) =>
          `The zoneId "${zoneId}" in records.json is still an example: put your own there before you deploy.`,
      ),
  ];
}
