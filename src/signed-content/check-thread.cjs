/*
 * Where a thread begins. It reads TypeScript by the compiler, which is plain JavaScript: the faster one that the
 * programs start with is native code, and a thread that is stopped while such code is loaded can take the whole
 * process with it.
 */
const { readFileSync } = require('node:fs');
const { ModuleKind, ScriptTarget, transpileModule } = require('typescript');

const compilerOptions = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022, esModuleInterop: true };

require.extensions['.ts'] = (module, fileName) => {
  const { outputText } = transpileModule(readFileSync(fileName, 'utf8'), { compilerOptions, fileName });
  module._compile(outputText, fileName);
};

module.exports = require('./check-in-thread').default;
