// SPDX-License-Identifier: Apache-2.0
// Test Anything Protocol: check() prints one line, end() the plan.
let count = 0;
let bad = 0;

export function check(name, good, ...notes) {
  count++;
  console.log(`${good ? 'ok' : 'not ok'} ${count} - ${name}`);
  if (!good) {
    bad++;
    for (const note of notes) {
      const text = typeof note === 'string' ? note : JSON.stringify(note,
        (_, value) => typeof value === 'bigint' ? String(value) : value);
      console.log(`#   ${text?.replaceAll('\n', '\n#   ')}`);
    }
  }
  return good;
}

export function skip(name, why) {
  count++;
  console.log(`ok ${count} - ${name} # SKIP ${why}`);
}

export function end() {
  console.log(`1..${count}`);
  process.exitCode = bad || !count ? 1 : 0;
}
