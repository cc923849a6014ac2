export * from './environment.js';
export { durationMsSchema, Secret, secretFileSchema, sizeBytesSchema } from './setting-kinds.js';
export { CONFIG_BYTES_MAX, readYamlConfig, readYamlConfigFile } from './yaml-config.js';
