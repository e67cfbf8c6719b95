// Loads the function as Lambda does, and ends.
const start = performance.now();
require('./update.cjs');
process.stdout.write(String(performance.now() - start), () => process.exit());
