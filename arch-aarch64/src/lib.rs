//! Processor backend.
#![no_std]
