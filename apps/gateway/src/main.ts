#!/usr/bin/env node
import { runProcess } from '#runtime';
import { gateway } from './gateway.role.js';

await runProcess([gateway]);
