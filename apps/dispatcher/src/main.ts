#!/usr/bin/env node
import { runProcess } from '#runtime';
import { dispatcher } from './dispatcher.role.js';

await runProcess([dispatcher]);
