// SPDX-License-Identifier: Apache-2.0
// A proxy with the sidecar beside it, both as their example has them: its
// folder is copied, and nothing is changed but ports and the policy.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  cpSync, openSync, readFileSync, readdirSync, writeFileSync,
} from 'node:fs';
import { createServer, connect } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const examples = path.dirname(here);

// The ports that the examples write, by what listens there.
export const PORTS = { proxy: 8080, inner: 8401, sidecar: 8402, admin: 8403,
  gate: 8090 };
const COMMANDS = {
  nginx: ['nginx', '-p', '.', '-c', 'nginx.conf'],
  caddy: ['caddy', 'run'],
  haproxy: ['haproxy', '-db', '-f', 'haproxy.cfg'],
};
export const PROXIES = Object.keys(COMMANDS);

export async function freePorts(names) {
  const servers = await Promise.all(names.map(() => new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1',
      () => resolve(server));
  })));
  const ports = servers.map(server => server.address().port);
  servers.forEach(server => server.close());
  return Object.fromEntries(names.map((name, i) => [name, ports[i]]));
}

const listens = port => new Promise(resolve => {
  const socket = connect(port, '127.0.0.1');
  const end = good => {
    socket.destroy();
    resolve(good);
  };
  socket.once('connect', () => end(true)).once('error', () => end(false));
});

export async function until(what, condition, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  while (!await condition()) {
    if (Date.now() > end) {
      throw new Error(`never: ${what}`);
    }
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

// A child with its output in `folder`/NAME.log, ready when its port answers.
async function start(name, command, folder, port) {
  if (await listens(port)) {
    throw new Error(`${name} wants 127.0.0.1:${port}, which is taken`);
  }
  const log = path.join(folder, `${name}.log`);
  const out = openSync(log, 'a');
  const env = { ...process.env, GATE_TOKEN, HOME: folder, XDG_CONFIG_HOME: folder,
    XDG_DATA_HOME: folder, STATE_DIRECTORY: folder,
    PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
  const child = spawn(command[0], command.slice(1),
    { cwd: folder, env, stdio: ['ignore', out, out] });
  const ended = new Promise(resolve => {
    child.once('exit', (code, signal) => resolve(code ?? signal));
    child.once('error', error => resolve(error.message));
  });
  let gone = false;
  ended.then(() => { gone = true; });
  await until(`${name} listens`, async () => gone || await listens(port));
  if (gone) {
    throw new Error(`${name} ended: ${await ended}\n` +
      readFileSync(log, 'utf8'));
  }
  return { child, log, stop: (signal = 'SIGTERM') => {
    child.kill(signal);
    return ended;
  } };
}

// Who may tell the sidecar what became of payments.
export const GATE_TOKEN = randomBytes(24).toString('hex');

// `name`: nginx, caddy or haproxy; `folder`: an empty one; `program`: the
// sidecar.
export class Front {
  constructor(name, folder, program, ports) {
    Object.assign(this, { name, folder, program, ports });
    this.outcomes = { token: GATE_TOKEN,
      url: `http://127.0.0.1:${ports.admin}/v1/outcomes` };
    cpSync(path.join(examples, name), folder, { recursive: true });
    for (const file of ['policy.yaml', 'tokens.yaml']) {
      cpSync(path.join(here, file), path.join(folder, file));
    }
    for (const file of readdirSync(folder)) {
      const at = path.join(folder, file);
      const text = Object.entries(PORTS).reduce((text, [what, port]) =>
        text.replaceAll(`:${port}`, `:@${ports[what]}`),
      readFileSync(at, 'utf8'));
      writeFileSync(at, text.replaceAll(':@', ':'));
    }
    const config = path.join(folder, 'weighbridge.yaml');
    writeFileSync(config, readFileSync(config, 'utf8').replace(
      /^admin: \{ (.*) \}$/m, 'admin: { $1, tokens: tokens.yaml }') +
      'policy: policy.yaml\nlog: { audit: audit.ndjson }\n');
    this.url = `http://127.0.0.1:${ports.proxy}`;
  }

  async startSidecar() {
    this.sidecar = await start('sidecar', [this.program, 'serve', '-c',
      'weighbridge.yaml'], this.folder, this.ports.sidecar);
  }

  async startProxy() {
    this.proxy = await start(this.name, COMMANDS[this.name], this.folder,
      this.ports.proxy);
  }

  async stop() {
    await this.proxy?.stop();
    await this.sidecar?.stop();
  }
}
