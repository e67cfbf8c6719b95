import { parse } from 'yaml';
import type { Deployment } from './deployment.ts';
import type { Resources } from './network.ts';
import { readOwnFile } from './stage-file.ts';

/** What of serverless.yml describes the stack, with what it takes from a deployment filled in. */
export interface ServerlessFile {
  readonly provider: {
    readonly runtime: string;
    readonly architecture: string;
    readonly logRetentionInDays: number;
    readonly tracing: { readonly lambda: boolean };
    readonly vpc: Deployment['vpc'];
    readonly iam: { readonly role: object };
  };
  readonly functions: {
    readonly update: {
      readonly handler: string;
      readonly description: string;
      readonly memorySize: number;
      readonly timeout: number;
      readonly reservedConcurrency: number | null;
      readonly maximumRetryAttempts: number;
      readonly maximumEventAge: number;
      readonly environment: Deployment['environment'];
      readonly destinations: Deployment['destinations'];
      readonly events: readonly [
        { readonly schedule: { readonly rate: string; readonly description: string } },
      ];
    };
  };
  readonly resources: readonly { readonly Resources?: Resources; readonly Outputs?: Deployment['outputs'] }[];
}

const TAKEN = /^\$\{self:custom\.deployment\.(\w+)(?:, null)?\}$/;

const SUB = { tag: '!Sub', resolve: (text: string) => ({ 'Fn::Sub': text }) };

/**
 * Reads serverless.yml as Serverless does, so that the stack is described there alone. Only what a deployment says is
 * filled in, which is all that it leaves open.
 */
export function readServerlessFile(
  deployment: Deployment,
  readFile: (path: string) => string = readOwnFile,
): ServerlessFile {
  const fillIn = (_key: unknown, value: unknown) => {
    const [, name] = (typeof value === 'string' && TAKEN.exec(value)) || [];
    return name === undefined ? value : deployment[name as keyof Deployment];
  };
  return parse(readFile('serverless.yml'), fillIn, { customTags: [SUB] });
}
