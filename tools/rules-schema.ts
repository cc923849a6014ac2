import { z } from 'zod';
import { ruleFileSchema } from '#contracts';

/** The JSON Schema (draft 2020-12) of files of rules, for editors; the same schema reads the files. */
export const renderRulesSchema = (): string => {
  const { $schema, ...rest } = z.toJSONSchema(ruleFileSchema, { target: 'draft-2020-12', io: 'input' });
  const about = {
    title: 'Rules of Tocsin',
    description: 'docs/rules.md explains the language; tocsin check tells the rest.',
  };
  return `${JSON.stringify({ $schema, ...about, ...rest }, null, 2)}\n`;
};
