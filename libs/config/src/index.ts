export { readCostModelFile } from './cost-model-file.js';
export { CUSTOMER_FILE_BYTES_MAX, readCustomers, writeCustomers } from './customer-file.js';
export * from './environment.js';
export { readPlanFile } from './plan-file.js';
export { readRuleTestFile, type RuleTestFile } from './rule-test-file.js';
export { durationMsSchema, secretFileSchema, sizeBytesSchema } from './setting-kinds.js';
export { readYamlConfig, readYamlConfigFile } from './yaml-config.js';
export { type FileFinding, readYamlFiles, type YamlFilesRead } from './yaml-files.js';
export * from './switch-file.js';
