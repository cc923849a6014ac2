#!/usr/bin/env node
import { runProcess } from '#runtime';
import { rules } from './rules.role.js';

await runProcess([rules]);
