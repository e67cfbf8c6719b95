// Refuses to deploy what is still an example, and says after a deployment what comes next.
const refuse = require('./refuse.cjs');

module.exports = class DeployPlugin {
  constructor(serverless) {
    const deployment = () => serverless.service.custom.deployment;
    this.hooks = {
      // Before anything is built or asked of AWS. A package of examples may be made, since it does nothing.
      initialize: () => {
        const { placeholders } = deployment();
        const command = serverless.processedInput.commands.join(' ');
        if (/^deploy( function)?$/.test(command) && placeholders.length > 0) refuse(placeholders);
      },
      'after:deploy:deploy': () => {
        for (const { Description, Value } of Object.values(deployment().outputs))
          serverless.addServiceOutputSection(Description, Value);
      },
    };
  }
};
