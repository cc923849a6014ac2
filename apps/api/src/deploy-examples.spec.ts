import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readYamlConfig } from '#config';
import { newRiskSchema, newRolloutSchema, signalSchema } from '#contracts';
import { RolloutsController } from './rest/rollouts.controller.js';

const FILES = ['ansible/rollout.yml', 'ansible/stage.yml', 'argo-cd/hooks.yml', 'github-actions/rollout.yml'] as const;
const textOf = (file: string): string => readFileSync(join(process.cwd(), 'docs/deploy', file), 'utf8');

interface Controller {
  readonly prototype: object;
}
/** As NestJS numbers them. */
const METHODS = ['GET', 'POST'];
const withoutSlashes = (path: string): string => path.replace(/^\/+|\/+$/g, '');

/** `GET /v1/rollouts/:id/gate` and so on. */
const routesOf = (controller: Controller): readonly string[] =>
  Object.getOwnPropertyNames(controller.prototype).flatMap((name) => {
    const handler: unknown = Reflect.get(controller.prototype, name);
    if (typeof handler !== 'function') return [];
    const path: unknown = Reflect.getMetadata('path', handler);
    const method: unknown = Reflect.getMetadata('method', handler);
    if (typeof path !== 'string' || typeof method !== 'number') return [];
    const base = String(Reflect.getMetadata('path', controller));
    return [`${METHODS[method] ?? '?'} /${[base, path].map(withoutSlashes).filter(Boolean).join('/')}`];
  });
/** Signals have a door of their own, which `doors.md` describes. */
const ROUTES = [...routesOf(RolloutsController as Controller), 'POST /v1/signals'];

/** The path of a URL with what is filled in as `:id`. */
const pathOf = (url: string): string | undefined =>
  /(\/v1\/[^?"]+)/.exec(url)?.[1]?.replace(/\/(\$[A-Z]+|\{\{[^}]*\}\})(?=\/|$)/g, '/:id');

interface Task {
  readonly 'ansible.builtin.uri'?: { readonly url: string; readonly method?: string; readonly body?: object | string };
  readonly vars?: { readonly signal?: object };
}
/** What a task sends: members, or variables of its own that a template combines with further ones. */
const bodyOf = ({ 'ansible.builtin.uri': uri, vars }: Task): readonly object[] => {
  if (typeof uri?.body !== 'string') return uri?.body === undefined ? [] : [uri.body];
  const further = [...uri.body.matchAll(/'(\w+)': /g)].map(([, key = '']) => [key, '']);
  return [{ ...vars?.signal, ...Object.fromEntries(further) }];
};
/** The documents of a file; a fault in one fails the test that reads it. */
const documentsOf = (file: string): readonly unknown[] =>
  textOf(file)
    .split(/^---$/m)
    // A comment before the first line of dashes is no document.
    .filter((text) => text.split('\n').some((line) => line.trim() !== '' && !line.startsWith('#')))
    .map((text) => {
      const { config, problems } = readYamlConfig(z.unknown(), text, file);
      if (problems !== undefined) throw new Error(problems.join('\n'));
      return config;
    });

const tasksOf = (file: string): readonly Task[] =>
  (documentsOf(file) as (readonly (Task & { readonly tasks?: readonly Task[] })[])[]).flatMap((document) =>
    document.flatMap((each) => each.tasks ?? [each]),
  );
const tasks = [...tasksOf(FILES[0]), ...tasksOf(FILES[1])];
const asked = tasks.flatMap((task) => task['ansible.builtin.uri'] ?? []);

/** Calls of curl: one that sends a body posts it. */
const callsIn = (text: string): readonly string[] =>
  text
    .split(/\bcurl /)
    .slice(1)
    .map((call) => `${call.includes('--request POST') ? 'POST' : 'GET'} ${pathOf(call) ?? '?'}`);

describe('the examples for deploy tools', () => {
  it.each(FILES)('%s is YAML without a fault', (file) => {
    expect(documentsOf(file).length).toBe(file.startsWith('argo') ? 2 : 1);
  });

  it('R65: every call of the playbook is a route, and together they are a whole rollout', () => {
    const calls = asked.map(({ method = 'GET', url }) => `${method} ${pathOf(url) ?? '?'}`);
    expect(calls.filter((call) => !ROUTES.includes(call))).toEqual([]);
    expect(calls).toEqual([
      'POST /v1/rollouts',
      'POST /v1/rollouts/:id/risk',
      'GET /v1/rollouts/:id/gate',
      'GET /v1/rollouts/:id/gate',
      'POST /v1/signals',
    ]);
  });

  it.each(FILES.slice(2))('R65: every call of %s is a route', (file) => {
    const calls = callsIn(textOf(file));
    expect(calls.length).toBeGreaterThan(1);
    expect(calls.filter((call) => !ROUTES.includes(call))).toEqual([]);
  });

  it('R65: what the playbook sends has the members that the routes take', () => {
    const deploy = signalSchema.options.find(({ shape }) => shape.type.value === 'deploy');
    const shapes = [newRolloutSchema, newRiskSchema, deploy].map((schema) => schema?.shape ?? {});
    const bodies = tasks.flatMap(bodyOf);
    expect(Object.keys(bodies[2] ?? {})).toContain('atUs');
    expect(bodies.map((body, index) => Object.keys(body).filter((key) => !(key in (shapes[index] ?? {}))))).toEqual([
      [],
      [],
      [],
    ]);
  });
});
