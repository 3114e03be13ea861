// Checks recorded histories of single keys for linearizability.
//
// A history is a CSV file with one operation a line:
//
//	round,key,client,kind,expected,value,outcome,call,return
//
// Values are numbers that are written once; 0 stands for "no value". A key that is not written at the
// beginning of its round has none. What was not answered is "maybe": it may have happened, once, between
// its call and its return, or not at all. Each round's keys are checked for themselves.
//
// The last line of the output is the summary. The exit status is 0 when every round is linearizable, 1
// when one is not, and 2 when the checker could not tell in time or could not read the history.
package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"sort"
	"strconv"
	"time"

	"github.com/anishathalye/porcupine"
)

const roundLimit = 60 * time.Second

type request struct {
	key, kind       string
	expected, value int64
}

type answer struct {
	outcome string
	value   int64
}

// register is one key: all states that it may be in after an operation was answered in this way.
var register = porcupine.NondeterministicModel{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byKey := map[string][]porcupine.Operation{}
		for _, operation := range history {
			key := operation.Input.(request).key
			byKey[key] = append(byKey[key], operation)
		}
		partitions := make([][]porcupine.Operation, 0, len(byKey))
		for _, operations := range byKey {
			partitions = append(partitions, operations)
		}
		return partitions
	},
	Init: func() []interface{} { return []interface{}{int64(0)} },
	Step: func(state, input, output interface{}) []interface{} {
		return step(state.(int64), input.(request), output.(answer))
	},
	Hash: func(state interface{}) uint64 { return uint64(state.(int64)) * 0x9E3779B97F4A7C15 },
	DescribeOperation: func(input, output interface{}) string {
		return describe(input.(request), output.(answer))
	},
}

func step(state int64, in request, out answer) []interface{} {
	if in.kind == "get" {
		return when(out.value == state, state)
	}
	happens, next := effect(state, in)
	switch {
	case out.outcome == "ok":
		return when(happens, next)
	case out.outcome == "refused":
		return when(!happens, state)
	case happens && next != state:
		return []interface{}{state, next}
	default:
		return []interface{}{state}
	}
}

func when(possible bool, state int64) []interface{} {
	if !possible {
		return nil
	}
	return []interface{}{state}
}

// effect answers whether the operation is done on this state, and what it makes of it.
func effect(state int64, in request) (bool, int64) {
	switch in.kind {
	case "put":
		return true, in.value
	case "put-if-absent":
		return state == 0, in.value
	case "put-if":
		return state != 0 && state == in.expected, in.value
	case "delete":
		return state != 0, 0
	case "delete-if":
		return state != 0 && state == in.expected, 0
	default:
		panic("unknown kind of operation: " + in.kind)
	}
}

func describe(in request, out answer) string {
	switch in.kind {
	case "get":
		return fmt.Sprintf("get -> %d", out.value)
	case "put", "put-if-absent":
		return fmt.Sprintf("%s %d -> %s", in.kind, in.value, out.outcome)
	case "put-if":
		return fmt.Sprintf("put-if %d: %d -> %s", in.expected, in.value, out.outcome)
	default:
		return fmt.Sprintf("%s %d -> %s", in.kind, in.expected, out.outcome)
	}
}

type rounds struct {
	names      []string
	histories  map[string][]porcupine.Operation
	operations int
	maybe      int
}

func read(file io.Reader) (*rounds, error) {
	found := &rounds{histories: map[string][]porcupine.Operation{}}
	lines := csv.NewReader(file)
	lines.FieldsPerRecord = 9
	lines.ReuseRecord = true
	for {
		fields, err := lines.Read()
		if err == io.EOF {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		var numbers [9]int64
		for _, field := range []int{2, 4, 5, 7, 8} {
			if numbers[field], err = strconv.ParseInt(fields[field], 10, 64); err != nil {
				return nil, err
			}
		}
		round := fields[0]
		if _, known := found.histories[round]; !known {
			found.names = append(found.names, round)
		}
		found.operations++
		if fields[6] == "maybe" {
			found.maybe++
		}
		found.histories[round] = append(found.histories[round], porcupine.Operation{
			ClientId: int(numbers[2]),
			Input:    request{key: fields[1], kind: fields[3], expected: numbers[4], value: numbers[5]},
			Output:   answer{outcome: fields[6], value: numbers[5]},
			Call:     numbers[7],
			Return:   numbers[8],
		})
	}
}

// check answers the exit status of one round, and says what is wrong.
func check(path, round string, history []porcupine.Operation) int {
	model := register.ToModel()
	switch result := porcupine.CheckOperationsTimeout(model, history, roundLimit); result {
	case porcupine.Ok:
		return 0
	case porcupine.Illegal:
		explain(path, round, model, history)
		return 1
	default:
		fmt.Printf("round=%s verdict=%s limit=%s\n", round, result, roundLimit)
		return 2
	}
}

// explain draws the keys that are wrong.
func explain(path, round string, model porcupine.Model, history []porcupine.Operation) {
	for _, ofKey := range register.Partition(history) {
		result, info := porcupine.CheckOperationsVerbose(model, ofKey, roundLimit)
		if result == porcupine.Ok {
			continue
		}
		key := ofKey[0].Input.(request).key
		picture := fmt.Sprintf("%s.round-%s.key-%s.html", path, round, key)
		if err := porcupine.VisualizePath(model, info, picture); err != nil {
			picture = err.Error()
		}
		fmt.Printf("round=%s key=%s operations=%d verdict=%s picture=%s\n", round, key, len(ofKey), result, picture)
		tell(ofKey)
	}
}

// tell lists the last operations of a key, by their calls.
func tell(history []porcupine.Operation) {
	sort.SliceStable(history, func(a, b int) bool { return history[a].Call < history[b].Call })
	from := len(history) - 20
	if from < 0 {
		from = 0
	}
	for _, o := range history[from:] {
		fmt.Printf("  client=%d %s call=%d return=%d\n",
			o.ClientId, describe(o.Input.(request), o.Output.(answer)), o.Call, o.Return)
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Println("usage: porcupine HISTORY.csv")
		os.Exit(2)
	}
	file, err := os.Open(os.Args[1])
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	found, err := read(file)
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	start := time.Now()
	status, wrong := 0, 0
	for _, round := range found.names {
		if result := check(os.Args[1], round, found.histories[round]); result != 0 {
			wrong++
			if status != 1 {
				status = result
			}
		}
	}
	fmt.Printf("rounds=%d notOk=%d operations=%d maybe=%d seconds=%.1f\n",
		len(found.names), wrong, found.operations, found.maybe, time.Since(start).Seconds())
	os.Exit(status)
}
