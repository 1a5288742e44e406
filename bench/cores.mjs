/**
 * A command that runs on these cores only.
 *
 * @param {readonly number[] | undefined} cores all of them if there is none
 * @param {readonly string[]} command
 */
export function onCores(cores, command) {
  return cores ? ['taskset', '--cpu-list', cores.join(','), ...command] : command;
}
