// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// MaxAminoName is the longest amino name that a Ledger device shows whole.
const MaxAminoName = 39

// A Proto is one .proto file, read as far as the rules need it: it is no
// parser, and the files that it reads have passed buf already.
type Proto struct {
	Path     string
	Source   string
	Folder   string // of the Go package that it generates, from the module's root
	Messages map[string]string
	Services map[string]string // name -> body
}

// RPC is one method of a service.
type RPC struct {
	Name, Request, Body string
}

var (
	lineComment  = regexp.MustCompile(`//[^\n]*`)
	blockComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	goPackage    = regexp.MustCompile(`option\s+go_package\s*=\s*"([^";]+)`)
	blockStart   = regexp.MustCompile(`(?m)^(message|service)\s+(\w+)\s*\{`)
	rpcStart     = regexp.MustCompile(`rpc\s+(\w+)\s*\(\s*([\w.]+)\s*\)\s*returns\s*\(\s*[\w.]+\s*\)\s*([{;])`)
	aminoName    = regexp.MustCompile(`option\s*\(amino\.name\)\s*=\s*"([^"]+)"`)
	signerOption = regexp.MustCompile(`option\s*\(cosmos\.msg\.v1\.signer\)`)
	serviceMark  = regexp.MustCompile(`option\s*\(cosmos\.msg\.v1\.service\)\s*=\s*true`)
	httpOption   = regexp.MustCompile(`option\s*\(google\.api\.http\)`)
)

func parseProto(name, text string) *Proto {
	p := &Proto{Path: name, Source: text, Messages: map[string]string{}, Services: map[string]string{}}
	// Routes hold "//"-free text, so that comments can go first.
	bare := lineComment.ReplaceAllString(blockComment.ReplaceAllString(text, ""), "")
	if m := goPackage.FindStringSubmatch(text); m != nil {
		if dir, ok := local(m[1]); ok {
			p.Folder = dir
		}
	}
	for _, at := range blockStart.FindAllStringSubmatchIndex(bare, -1) {
		body := block(bare[at[1]-1:])
		kind, id := bare[at[2]:at[3]], bare[at[4]:at[5]]
		if kind == "service" {
			p.Services[id] = body
		} else {
			p.Messages[id] = body
		}
	}
	return p
}

// block gives the text between the brace at the start of s and its partner.
func block(s string) string {
	depth := 0
	for i, r := range s {
		switch r {
		case '{':
			depth++
		case '}':
			depth--
		}
		if depth == 0 {
			return s[1:i]
		}
	}
	return s
}

// RPCs lists the methods of a service, in order; none if there is no such
// service.
func (p *Proto) RPCs(service string) []RPC {
	body := p.Services[service]
	rpcs := []RPC{}
	for _, at := range rpcStart.FindAllStringSubmatchIndex(body, -1) {
		rpc := RPC{Name: body[at[2]:at[3]], Request: body[at[4]:at[5]]}
		if body[at[6]:at[7]] == "{" {
			rpc.Body = block(body[at[6]:])
		}
		rpcs = append(rpcs, rpc)
	}
	return rpcs
}

// CheckMessages holds what every transaction message owes: a signer, an amino
// name that a Ledger can show, and its name in the README of its module.
func CheckMessages(tree *Tree) []Problem {
	problems := []Problem{}
	aminoTaken := map[string]string{}
	for _, p := range tree.Protos {
		if _, ok := p.Services["Msg"]; !ok {
			continue
		}
		add := func(what, rule string) { problems = append(problems, Problem{p.Path, what, rule}) }
		if !serviceMark.MatchString(p.Services["Msg"]) {
			add("service Msg is not marked", "service Msg has option (cosmos.msg.v1.service) = true")
		}
		readme := tree.Texts[path.Join(p.Folder, "README.md")]
		for _, rpc := range p.RPCs("Msg") {
			body, ok := p.Messages[rpc.Request]
			if !ok {
				add(rpc.Request+" is not in this file", "messages stand beside their service, in tx.proto")
				continue
			}
			if !signerOption.MatchString(body) {
				add(rpc.Request+" names no signer", "every message has option (cosmos.msg.v1.signer)")
			}
			if m := aminoName.FindStringSubmatch(body); m == nil {
				add(rpc.Request+" has no amino name", "every message has option (amino.name), or Ledger users cannot send it")
			} else {
				if len(m[1]) > MaxAminoName {
					add(fmt.Sprintf("amino name %s has %d characters", m[1], len(m[1])), fmt.Sprintf("a Ledger shows %d", MaxAminoName))
				}
				if first, ok := aminoTaken[m[1]]; ok {
					add("amino name "+m[1]+" is taken by "+first, "amino names are unique in the whole chain")
				}
				aminoTaken[m[1]] = rpc.Request
			}
			if wired(tree, p.Folder) && !mentions(readme, rpc.Request) {
				add(rpc.Request+" is not named in "+path.Join(p.Folder, "README.md"), "a module's README is its spec: it names every message")
			}
		}
	}
	return problems
}

// CheckCommands wants a REST route for every query and a command line entry
// (AutoCLI) for every query and message of the chain.
func CheckCommands(tree *Tree) []Problem {
	problems := []Problem{}
	autocli := map[string]string{}
	for _, f := range tree.Go {
		if match("x/*/module", f.Dir) && path.Base(f.Path) == "autocli.go" {
			autocli[path.Dir(f.Dir)] = f.Source
		}
	}
	for _, p := range tree.Protos {
		if !match("x/...", p.Folder) || !wired(tree, p.Folder) {
			continue
		}
		for _, service := range []string{"Msg", "Query"} {
			for _, rpc := range p.RPCs(service) {
				if service == "Query" && !httpOption.MatchString(rpc.Body) {
					problems = append(problems, Problem{p.Path, "query " + rpc.Name + " has no REST route", "every query has option (google.api.http)"})
				}
				if !strings.Contains(autocli[p.Folder], `"`+rpc.Name+`"`) {
					problems = append(problems, Problem{p.Path, service + " " + rpc.Name + " has no command", "every message and query stands in " + p.Folder + "/module/autocli.go with Use, Short and Example"})
				}
			}
		}
	}
	return problems
}

// wired says whether a chain module has come as far as its module/ package:
// before that app cannot take it in, and nobody can be missing its commands.
func wired(tree *Tree, folder string) bool {
	for _, f := range tree.Go {
		if f.Dir == folder+"/module" {
			return true
		}
	}
	return false
}

func mentions(text, word string) bool {
	return regexp.MustCompile(`\b` + word + `\b`).MatchString(text)
}
