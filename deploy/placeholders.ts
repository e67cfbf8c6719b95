import type { Problem } from './parameters.ts';
import type { StageFile } from './stage-file.ts';

/** What stands in the shipped files and in the documents where a value of one's own belongs. */
const PLACEHOLDERS =
  /EXAMPLE\b|@example\.(com|org|net)\b|\b(vpc|subnet|sg)-0?123456789abcdef0|\bsubnet-0fedcba9876543210/;

/** The parameters and records of a stage whose values are still examples: to be packaged and tried, but not deployed. */
export function placeholdersIn({
  parameters,
  records,
}: Pick<StageFile, 'parameters' | 'records'>): readonly Problem[] {
  const zones = (Array.isArray(records) ? records : []).map((record, index) => [
    `records[${index}].zoneId`,
    record?.zoneId,
  ]);
  return [...Object.entries(parameters), ...zones]
    .filter(([, value]) => PLACEHOLDERS.test(String(value ?? '')))
    .map(([name, value]) => ({
      about: name,
      sentence: `${name} is still the example "${value}": put in your own.`,
    }));
}
