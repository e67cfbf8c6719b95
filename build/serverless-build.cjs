// Builds the bundle before Serverless packages it, so that a package never holds a stale one.
const { execFileSync } = require('node:child_process');

/** As `npm run build` does, in the service's folder. */
const build = () => {
  execFileSync(process.execPath, ['--import', 'tsx', 'build/build.ts'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
};

module.exports = class BuildPlugin {
  constructor() {
    this.hooks = {
      'before:package:createDeploymentArtifacts': build,
      'before:deploy:function:packageFunction': build,
      'before:invoke:local:invoke': build,
    };
  }
};
