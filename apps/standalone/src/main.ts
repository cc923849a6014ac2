#!/usr/bin/env node
import { runProcess } from '#runtime';
import { ROLES } from './roles.js';

await runProcess(ROLES);
