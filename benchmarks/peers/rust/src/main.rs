// SPDX-License-Identifier: Apache-2.0

//! reed-solomon-simd, measured like every peer: one JSON line for the work that the
//! arguments name, in CPU time.
//!
//! The crate codes over GF(2^16) with an FFT, so its shards are not those of a code over
//! GF(2^8): it is here for its speed, not for its bytes. Encoder and decoder are kept from
//! call to call, as its manual advises. It copies each shard into memory of its own and
//! lends out what it computed from there; we take it as it is lent, which is the fastest
//! use. From DRAM it is therefore spared the writes that the others make.

use reed_solomon_simd::{Error, ReedSolomonDecoder, ReedSolomonEncoder};
use std::hint::black_box;

const VERSION: &str = "3.1.0";
const STAGGER_BYTES: usize = 320;

extern "C" {
    /// CPU time of the process in microseconds, from the C library.
    fn clock() -> std::ffi::c_long;
}

fn cpu_seconds() -> f64 {
    // SAFETY: takes nothing and touches nothing of ours.
    unsafe { clock() as f64 / 1e6 }
}

struct Task {
    what: String,
    code: String,
    k: usize,
    m: usize,
    shard_bytes: usize,
    sets: usize,
    seconds: f64,
}

fn parse() -> Option<Task> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let code = value("--code")?;
    let (k, m) = code.split_once('+')?;
    Some(Task {
        what: value("--what")?,
        k: k.parse().ok()?,
        m: m.parse().ok()?,
        shard_bytes: value("--shard-bytes")?.parse().ok()?,
        sets: value("--sets")?.parse().ok()?,
        seconds: value("--seconds")?.parse().ok()?,
        code,
    })
}

/// Sets of k data shards that take turns.
struct Sets {
    memory: Vec<u8>,
    k: usize,
    shard_bytes: usize,
    count: usize,
}

impl Sets {
    fn new(task: &Task) -> Self {
        let pitch = task.shard_bytes + STAGGER_BYTES;
        let mut state = 1u64;
        let mut memory = vec![0; task.sets * task.k * pitch];
        for word in memory.chunks_mut(8) {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            word.copy_from_slice(&state.to_le_bytes()[..word.len()]);
        }
        Sets {
            memory,
            k: task.k,
            shard_bytes: task.shard_bytes,
            count: task.sets,
        }
    }

    fn shard(&self, set: usize, i: usize) -> &[u8] {
        let at = (set * self.k + i) * (self.shard_bytes + STAGGER_BYTES);
        &self.memory[at..at + self.shard_bytes]
    }
}

/// Calls `work` with the set whose turn it is. GB of user data a second.
fn measure(task: &Task, mut work: impl FnMut(usize) -> Result<(), Error>) -> Result<f64, Error> {
    for set in 0..task.sets.min(3) {
        work(set)?; // tables are made at the first call
    }
    let mut calls = 0;
    let start = cpu_seconds();
    loop {
        work(calls % task.sets)?;
        calls += 1;
        let seconds = cpu_seconds() - start;
        if seconds >= task.seconds {
            return Ok((calls * task.k * task.shard_bytes) as f64 / seconds / 1e9);
        }
    }
}

fn encode(task: &Task) -> Result<f64, Error> {
    let sets = Sets::new(task);
    let mut coder = ReedSolomonEncoder::new(task.k, task.m, task.shard_bytes)?;
    measure(task, |set| {
        for i in 0..task.k {
            coder.add_original_shard(sets.shard(set, i))?;
        }
        for shard in coder.encode()?.recovery_iter() {
            black_box(shard);
        }
        Ok(())
    })
}

/// Loses the first min(k, m) data shards; the decoder gets the k that it needs, no more.
fn reconstruct(task: &Task) -> Result<f64, Error> {
    let sets = Sets::new(task);
    let lost = task.k.min(task.m);
    let mut coder = ReedSolomonEncoder::new(task.k, task.m, task.shard_bytes)?;
    let mut parity: Vec<Vec<Vec<u8>>> = Vec::new();
    for set in 0..sets.count {
        for i in 0..task.k {
            coder.add_original_shard(sets.shard(set, i))?;
        }
        let result = coder.encode()?;
        parity.push(
            result
                .recovery_iter()
                .take(lost)
                .map(<[u8]>::to_vec)
                .collect(),
        );
    }
    let mut decoder = ReedSolomonDecoder::new(task.k, task.m, task.shard_bytes)?;
    let mut checked = false;
    measure(task, |set| {
        for i in lost..task.k {
            decoder.add_original_shard(i, sets.shard(set, i))?;
        }
        for (i, shard) in parity[set].iter().enumerate() {
            decoder.add_recovery_shard(i, shard)?;
        }
        let restored = decoder.decode()?;
        if !checked {
            let same = (0..lost).all(|i| restored.restored_original(i) == Some(sets.shard(set, i)));
            assert!(same, "shards came back different");
            checked = true;
        }
        for shard in restored.restored_original_iter() {
            black_box(shard);
        }
        Ok(())
    })
}

fn main() {
    let Some(task) = parse() else {
        eprintln!("peers: need --what, --code K+M, --shard-bytes, --sets and --seconds");
        std::process::exit(2);
    };
    let speed = match task.what.as_str() {
        "encode" => encode(&task),
        "reconstruct" => reconstruct(&task),
        other => {
            eprintln!("peers: got --what {other}, need encode or reconstruct");
            std::process::exit(2);
        }
    };
    match speed {
        Ok(speed) => println!(
            "{{\"peer\":\"reed-solomon-simd\",\"version\":\"{VERSION}\",\"what\":\"{}\",\"code\":\"{}\",\
             \"shard_bytes\":{},\"GBps\":{speed:.6}}}",
            task.what, task.code, task.shard_bytes
        ),
        Err(error) => {
            eprintln!("peers: {error}");
            std::process::exit(1);
        }
    }
}
