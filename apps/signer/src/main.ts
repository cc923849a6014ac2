#!/usr/bin/env node
import { runProcess } from '#runtime';
import { signer } from './signer.role.js';

await runProcess([signer]);
