import { PLANTED } from './planted.js';
import { report } from './rule.js';
import { RULES } from './rules.js';
import { scan, scanRepository } from './source-files.js';

const repository = scanRepository('.');

describe('in this repository', () => {
  it('there is source to look at', () => {
    expect(repository.map((file) => file.path)).toContain('src/platform/kernel/aggregate.ts');
  });

  it.each(RULES.map((rule) => [rule.name, rule] as const))('%s', (_name, rule) => {
    const violations = rule.check(repository);
    if (violations.length > 0) throw new Error(report(rule, violations));
  });
});

describe('on planted files', () => {
  it.each(RULES.map((rule) => [rule.name, rule] as const))('it is seen when broken: %s', (name, rule) => {
    const planted = PLANTED[name];
    if (!planted) throw new Error(`no planted violation for "${name}"`);
    const groups = planted.together ? [planted.breaks] : planted.breaks.map((file) => [file]);
    for (const group of groups) {
      const violations = rule.check(group.map(([path, text]) => scan(path, text)));
      if (violations.length === 0) throw new Error(`${JSON.stringify(group)} passed`);
      expect(report(rule, violations)).toContain(rule.reason);
    }
    expect(rule.check(planted.passes.map(([path, text]) => scan(path, text)))).toEqual([]);
  });
});
