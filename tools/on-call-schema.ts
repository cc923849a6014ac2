import { z } from 'zod';
import { onCallFileSchema } from '#config';

/** The JSON Schema (draft 2020-12) of files of who is called, for editors; the same schema reads the files. */
export const renderOnCallSchema = (): string => {
  const { $schema, ...rest } = z.toJSONSchema(onCallFileSchema, { target: 'draft-2020-12', io: 'input' });
  const about = {
    title: 'Who Tocsin calls',
    description: 'docs/on-call.md explains it; tocsin on-call check tells the rest.',
  };
  return `${JSON.stringify({ $schema, ...about, ...rest }, null, 2)}\n`;
};
