import { type CostModel, costModelSchema } from '#contracts';
import { readYamlConfigFile, type YamlRead } from './yaml-config.js';

/** Reads a model of costs; everything that is wrong with it is told at once. */
export const readCostModelFile = (path: string): YamlRead<CostModel> => readYamlConfigFile(costModelSchema, path);
