// SPDX-License-Identifier: Apache-2.0

// klauspost/reedsolomon, and what a Go client chains around it, measured like every peer:
// one JSON line for the work that the arguments name.
//
// The figure is in CPU time of the process unless it may run on all cores; then it is wall
// time. The garbage collector's own work counts: a user pays for it too.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
)

type task struct {
	what       string // encode, reconstruct, pipeline
	code       string
	k, m       int
	shardBytes int
	sets       int // sets of shards that take turns; for the pipeline: stripes a segment
	seconds    float64
	option     string // what the user asks of the library: see options()
}

type result struct {
	Peer       string  `json:"peer"`
	Version    string  `json:"version"`
	What       string  `json:"what"`
	Code       string  `json:"code"`
	ShardBytes int     `json:"shard_bytes"`
	GBps       float64 `json:"GBps"`
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func parse() task {
	var t task
	flag.StringVar(&t.what, "what", "encode", "encode, reconstruct or pipeline")
	flag.StringVar(&t.code, "code", "10+4", "data+parity")
	flag.IntVar(&t.shardBytes, "shard-bytes", 65536, "bytes of one shard")
	flag.IntVar(&t.sets, "sets", 1, "sets of shards that take turns")
	flag.Float64Var(&t.seconds, "seconds", 0.3, "how long to measure")
	flag.StringVar(&t.option, "option", "", "split4, leopard, or nothing")
	flag.Parse()
	_, err := fmt.Sscanf(t.code, "%d+%d", &t.k, &t.m)
	must(err)
	return t
}

func cpuSeconds() float64 {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func wallSeconds() float64 { return float64(time.Now().UnixNano()) / 1e9 }

// measure calls work, which handles so many bytes of user data a call.
func measure(t task, bytes int, work func()) float64 {
	clock := cpuSeconds
	if runtime.GOMAXPROCS(0) > 1 {
		clock = wallSeconds
	}
	for range max(1, min(t.sets, 3)) {
		work() // warms up: tables, pools, the inverse that is remembered
	}
	calls := 0
	start := clock()
	for {
		work()
		calls++
		if seconds := clock() - start; seconds >= t.seconds {
			return float64(calls) * float64(bytes) / seconds / 1e9
		}
	}
}

func version() string {
	text := runtime.Version()
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == "github.com/klauspost/reedsolomon" {
				text = module.Version + ", " + text
			}
		}
	}
	return text
}

func main() {
	t := parse()
	run, ok := map[string]func(task) float64{
		"encode": encode, "reconstruct": reconstruct, "pipeline": pipeline,
	}[t.what]
	if !ok {
		must(fmt.Errorf("got --what %s, need encode, reconstruct or pipeline", t.what))
	}
	must(json.NewEncoder(os.Stdout).Encode(result{
		"klauspost", version(), t.what, t.code, t.shardBytes, run(t),
	}))
}
