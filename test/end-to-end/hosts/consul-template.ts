import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * What consul-template does with a hosts file, where there is no consul-template: renders `range service` with the healthy
 * instances whenever they change, and runs a command.
 *
 * Takes the same arguments: `-consul-addr HOST:PORT -template SOURCE:TARGET:COMMAND`.
 */
const [, , , consul = '', , template = ''] = process.argv;
const [source = '', target = '', command = ''] = template.split(':');
const RANGE = /\{\{ range service "([^"]+)" \}\}(.*?)\{\{ end \}\}/s;

let index = '0';
for (;;) {
  const text = readFileSync(source, 'utf8');
  const [whole = '', service = '', line = ''] = RANGE.exec(text) ?? [];
  const url = `http://${consul}/v1/health/service/${service}?passing&index=${index}&wait=10s`;
  const answer = await fetch(url).catch(() => undefined);
  const next = answer?.headers.get('x-consul-index');
  if (!answer?.ok || !next) {
    index = '0';
    await wait(200);
    continue;
  }
  const instances = (await answer.json()) as {
    readonly Service: { readonly Address: string };
    readonly Node: { readonly Address: string };
  }[];
  if (next === index) continue;
  index = next;
  const lines = instances.map(({ Service, Node }) =>
    line.replace('{{ .Address }}', Service.Address || Node.Address),
  );
  writeFileSync(target, text.replace(whole, lines.join('')));
  execFileSync('sh', ['-c', command]);
}
