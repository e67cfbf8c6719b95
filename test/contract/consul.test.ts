import { startConsulStandIn } from '../../emulators/consul/stand-in.ts';
import { startConsulCluster } from '../../emulators/real-consul/real-consul.ts';
import { realConsul } from '../real-parts/consul.ts';
import { consulContract } from './consul.contract.ts';

consulContract('stand-in', () =>
  startConsulStandIn({
    nodes: [
      { name: 'consul-1', address: '10.0.0.1' },
      { name: 'consul-2', address: '10.0.0.2' },
    ],
  }),
);

consulContract('two real servers', async () => {
  const binary = await realConsul();
  return 'unavailable' in binary ? binary : startConsulCluster({ binary });
});
