// SPDX-License-Identifier: Apache-2.0
// examples/stack as a person has it: one command, the lines that it prints,
// and nothing left when its terminal is closed.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Front, freePorts, PORTS, until } from '../../examples/stack/proxy.mjs';
import { check } from './tap.mjs';

// All that it started, and what those started.
function below(pid) {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,stat='])
    .toString().trim().split('\n').map(row => row.trim().split(/\s+/));
  const children = rows.filter(([, parent]) => Number(parent) === pid)
    .map(([child]) => Number(child));
  return children.flatMap(child => [child, ...below(child)]);
}

// What a shell says of a line: its output, whatever its status.
const tried = (line, folder) => new Promise(resolve => {
  execFile('sh', ['-c', line], { cwd: folder, timeout: 60000 },
    (_, out, said) => resolve(out + said));
});

async function started(folder, program) {
  const child = spawn('sh', ['run', 'nginx', 'free'], { cwd: folder,
    env: { ...process.env, WEIGHBRIDGE: program } });
  const one = { child, text: '' };
  one.ended = new Promise(resolve => child.once('exit', resolve));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', data => { one.text += data; });
  }
  await until('the stack is up', () =>
    one.text.includes('Ctrl-C') || child.exitCode !== null, 60);
  return one;
}

async function asPrinted(folder, program) {
  const one = await started(folder, program);
  const lines = one.text.split('\n').filter(line => /^ {2}\S/.test(line))
    .map(line => line.trim().split(/ {2,}/)[0]);
  const said = [];
  for (const line of lines) {
    said.push(await tried(line, folder));
  }
  check('a person: the lines that are printed do what they say',
    said.length === 3 && / 402 /.test(said[0]) &&
    /^200 .*"success":true/.test(said[1]) &&
    said[1].includes('The content of this page') && / 400 /.test(said[2]) &&
    one.text.includes('the seller has 0.03 USDC'), one.text, ...said);
  return one;
}

async function nothingLeft(one) {
  const pids = below(one.child.pid);
  const logs = /logs in (\S+);/.exec(one.text)?.[1];
  one.child.kill('SIGHUP');
  const code = await one.ended;
  const left = pids.filter(pid => existsSync(`/proc/${pid}`));
  check('a person: nothing is left when the terminal is closed', code === 0 &&
    pids.length >= 3 && left.length === 0 && logs && !existsSync(logs),
  { code, pids, left, logs }, one.text);
}

async function refusals(folder, program) {
  const usage = await tried('./run apache; echo "ended with $?"', folder);
  check('a person: another proxy is told which there are',
    /usage: .*nginx\|caddy\|haproxy/.test(usage) &&
    usage.includes('ended with 2'), usage);
  const ports = await freePorts(Object.keys(PORTS));
  const server = createServer().listen(ports.sidecar, '127.0.0.1');
  const at = mkdtempSync(path.join(tmpdir(), 'wb-stack-'));
  const why = await new Front('nginx', at, program, ports).startSidecar()
    .then(() => 'it started', error => error.message);
  check('a person: a port that is taken is told',
    why === `sidecar wants 127.0.0.1:${ports.sidecar}, which is taken`, why);
  server.close();
  rmSync(at, { recursive: true, force: true });
}

export async function person(root, program) {
  const folder = path.join(root, 'examples', 'stack');
  await nothingLeft(await asPrinted(folder, program));
  await refusals(folder, program);
}
