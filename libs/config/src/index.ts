export * from './environment.js';
export { durationMsSchema, secretFileSchema, sizeBytesSchema } from './setting-kinds.js';
export { readYamlConfig, readYamlConfigFile } from './yaml-config.js';
export { type FileFinding, readYamlFiles, type YamlFilesRead } from './yaml-files.js';
