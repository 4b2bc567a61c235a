/*
 * Where a thread begins. Threads are loaded by Node's own loader of modules, which reads no TypeScript; from here
 * on the register that every program of this project starts with does.
 */
module.exports = require('./check-in-thread').default;
