// Builds the bundle before Serverless packages it, so that a package never holds a stale one.
const { writeFileSync } = require('node:fs');
const { register } = require('tsx/cjs/api');

module.exports = class BuildPlugin {
  constructor(serverless) {
    /** As `npm run build` does, in the service's folder; and beside the bundle the records, if they are not a variable. */
    const build = async () => {
      const unregister = register();
      const { buildBundle } = require('./bundle.ts');
      unregister();
      await buildBundle('dist');
      const { recordsFile } = serverless.service.custom.deployment;
      if (recordsFile) writeFileSync(recordsFile.path, recordsFile.text);
    };
    this.hooks = {
      'before:package:createDeploymentArtifacts': build,
      'before:deploy:function:packageFunction': build,
      'before:invoke:local:invoke': build,
    };
  }
};
