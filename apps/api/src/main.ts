#!/usr/bin/env node
import { runProcess } from '#runtime';
import { api } from './api.role.js';

await runProcess([api]);
