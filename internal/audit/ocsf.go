package audit

import (
	"encoding/hex"
	"fmt"
	"strings"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
)

// The version of the Open Cybersecurity Schema Framework that events follow, and their class: Entity Management, of
// the category Identity & Access Management (https://schema.ocsf.io/1.3.0/classes/entity_management). It has words for
// suspending and resuming, which Account Change has not. Later versions of the schema take what 1.3.0 has.
const (
	ocsfVersion  = "1.3.0"
	ocsfCategory = 3
	ocsfClass    = 3004
)

// ocsfEvent is one event. Names and numbers are the schema's.
type ocsfEvent struct {
	Activity     int            `json:"activity_id"`
	ActivityName string         `json:"activity_name"`
	Actor        *ocsfActor     `json:"actor,omitempty"`
	Category     int            `json:"category_uid"`
	CategoryName string         `json:"category_name"`
	Class        int            `json:"class_uid"`
	ClassName    string         `json:"class_name"`
	Comment      string         `json:"comment,omitempty"` // the reason
	Entity       ocsfEntity     `json:"entity"`
	Message      string         `json:"message"`
	Metadata     ocsfMetadata   `json:"metadata"`
	Severity     int            `json:"severity_id"`
	Status       int            `json:"status_id"`
	StatusName   string         `json:"status"`
	StatusDetail string         `json:"status_detail,omitempty"`
	Time         int64          `json:"time"` // Unix milliseconds
	Type         int            `json:"type_uid"`
	Unmapped     map[string]any `json:"unmapped"`
}

type ocsfActor struct {
	User ocsfUser `json:"user"`
}

type ocsfUser struct {
	Name string `json:"name,omitempty"`
	UID  string `json:"uid"`
	Type int    `json:"type_id"` // 2: Admin
}

type ocsfEntity struct {
	Name string `json:"name,omitempty"`
	Type string `json:"type"`
	UID  string `json:"uid"`
}

type ocsfMetadata struct {
	CorrelationUID string      `json:"correlation_uid,omitempty"` // the request
	EventCode      string      `json:"event_code"`
	LogName        string      `json:"log_name"` // the ledger's origin
	Product        ocsfProduct `json:"product"`
	Sequence       int64       `json:"sequence"`
	UID            string      `json:"uid"`
	Version        string      `json:"version"`
}

type ocsfProduct struct {
	Name    string `json:"name"`
	Vendor  string `json:"vendor_name"`
	Version string `json:"version"`
}

// ocsfOf is an entry as an event.
func ocsfOf(origin, version, actor string, rec ledger.Record, e ledger.Entry) ocsfEvent {
	f := e.Facts
	activity, activityName := ocsfActivity(f)
	status, statusName := ocsfStatus(f.Event)
	out := ocsfEvent{
		Activity: activity, ActivityName: activityName, Category: ocsfCategory, CategoryName: "Identity & Access Management",
		Class: ocsfClass, ClassName: "Entity Management", Type: ocsfClass*100 + activity, Comment: e.Private["reason"],
		Entity: ocsfEntityOf(origin, f), Message: ocsfMessage(f), Severity: ocsfSeverity(f), Status: status, StatusName: statusName,
		StatusDetail: f.Law, Time: f.Time.UnixMilli(), Unmapped: ocsfUnmapped(rec, f),
		Metadata: ocsfMetadata{EventCode: string(f.Event), LogName: origin, Sequence: f.Index, Version: ocsfVersion,
			UID: fmt.Sprintf("%s/%d", origin, f.Index), Product: ocsfProduct{Name: "Keyturn", Vendor: "Keyturn", Version: version}},
	}
	if f.Request != 0 {
		out.Metadata.CorrelationUID = f.Request.String()
	}
	if f.Actor != 0 {
		out.Actor = &ocsfActor{ocsfUser{Name: actor, UID: f.Actor.String(), Type: 2}}
	}
	return out
}

// ocsfActivity is what was done to the entity, or refused: the schema's word where it has one. What only speaks of
// doing something, such as a request, is Other.
func ocsfActivity(f ledger.Facts) (int, string) {
	switch f.Event {
	case ledger.EventBorn, ledger.EventBornDemo:
		return 1, "Create"
	case ledger.EventExecuted, ledger.EventRefused, ledger.EventAutomatic, ledger.EventLooked, ledger.EventOwner:
	default:
		return 99, string(f.Event)
	}
	switch f.Kind {
	case model.CmdViewPrivate:
		return 2, "Read"
	case model.CmdPurge:
		return 4, "Delete"
	case model.CmdRenameHandle:
		return 5, "Move"
	case model.CmdEnrollCredential:
		return 6, "Enroll"
	case model.CmdLock, model.CmdRemovePost, model.CmdBan, model.CmdFreeze:
		return 9, "Disable"
	case model.CmdUnfreeze:
		return 8, "Enable"
	case model.CmdDeactivate:
		return 11, "Deactivate"
	case model.CmdSuspend:
		return 12, "Suspend"
	case model.CmdRestore:
		return 13, "Resume"
	}
	return 3, "Update"
}

// ocsfStatus says whether what was tried was done.
func ocsfStatus(e ledger.Event) (int, string) {
	switch e {
	case ledger.EventBorn, ledger.EventBornDemo, ledger.EventExecuted, ledger.EventAutomatic, ledger.EventLooked, ledger.EventOwner, ledger.EventHanded:
		return 1, "Success"
	case ledger.EventRefused, ledger.EventNoise:
		return 2, "Failure"
	}
	return 99, string(e)
}

// ocsfSeverity is 1 (Informational), 2 (Low), 3 (Medium) or 4 (High): what harms a protected account, or changes who
// may do what, is to be looked at; what a law refused is what somebody must not have tried.
func ocsfSeverity(f ledger.Facts) int {
	c := model.Command{Kind: f.Kind}
	group := c.Info().Group
	harms := group == model.GroupDarken || group == model.GroupSilence || group == model.GroupTakeover
	switch {
	case f.Event == ledger.EventExecuted && harms && f.Class.Protected():
		return 4
	case f.Event == ledger.EventRefused && f.Law != "", f.Event == ledger.EventExecuted && group == model.GroupGovern:
		return 3
	case f.Event == ledger.EventExecuted, f.Event == ledger.EventRefused, f.Event == ledger.EventLooked, f.Event == ledger.EventNoise:
		return 2
	}
	return 1
}

// ocsfEntityOf is what an entry is about: a post, an account, a person of the staff, or the network.
func ocsfEntityOf(origin string, f ledger.Facts) ocsfEntity {
	switch {
	case f.Post != 0:
		return ocsfEntity{Name: f.Handle, Type: "post", UID: f.Post.String()}
	case f.Account != 0:
		return ocsfEntity{Name: f.Handle, Type: "account", UID: f.Account.String()}
	case f.Target != 0:
		return ocsfEntity{Name: f.Handle, Type: "person", UID: f.Target.String()}
	}
	return ocsfEntity{Name: origin, Type: "network", UID: origin}
}

func ocsfMessage(f ledger.Facts) string {
	if f.Kind == "" {
		return strings.TrimSpace(fmt.Sprintf("%s %s", f.Event, f.Note))
	}
	m := fmt.Sprintf("%s %s", f.Kind, f.Event)
	if f.Handle != "" {
		m += " on " + f.Handle
	}
	if f.Need.Keys > 0 {
		m += fmt.Sprintf(", %d of %d keys", f.Keyholders(), f.Need.Keys)
	}
	if f.Law != "" {
		m += ": " + f.Law
	}
	return m
}

// ocsfUnmapped is what the schema has no place for.
func ocsfUnmapped(rec ledger.Record, f ledger.Facts) map[string]any {
	keys := []string{}
	for _, k := range f.Keys {
		if k.Owner {
			keys = append(keys, "owner")
			continue
		}
		keys = append(keys, k.Person.String())
	}
	hash := rec.Hash()
	all := map[string]any{"leaf_hash": hex.EncodeToString(hash[:]), "keys": keys, "keys_asked": f.Need.Keys}
	for name, text := range map[string]string{"kind": string(f.Kind), "class": string(f.Class), "rule": f.Rule,
		"policy": f.Policy, "law": f.Law, "note": f.Note} {
		if text != "" {
			all[name] = text
		}
	}
	for name, id := range map[string]model.ID{"account": f.Account, "case": f.Case, "login": f.Login} {
		if id != 0 {
			all[name] = id.String()
		}
	}
	return all
}
