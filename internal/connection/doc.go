// Package connection keeps data services and the connections to them as records
// of their own.
//
// # Glossary
//
//	dịch vụ dữ liệu             Service
//	kết nối                     Connection (of a consumer to a provider's service)
//	bên khai thác, bên cung cấp Consumer, Provider
//	yêu cầu, cho phép, từ chối  Request, Allow, Refuse
//	tạm đình chỉ, khôi phục     Suspend, Reinstate
//	mở khẩn cấp                 break-glass (ProposeBreak, AgreeBreak)
//	môi trường thử nghiệm       Sandbox
//
// # The story
//
// An officer of the consumer's operating unit requests a connection to a data
// service, with purpose and legal basis (Request). Where the policy asks for it
// the provider consents (Consent). The regulator allows it for a term or refuses
// it (Allow, Refuse), may suspend it at once or from a day on, and reinstate it
// (Suspend, Reinstate); either side or the regulator ends it (End). In an
// emergency one person of the regulator proposes to open it for some hours and
// another agrees (ProposeBreak, AgreeBreak). A sandbox connection is open from
// its request and ends by itself; it opens nothing else.
//
// Each step is a final row. What is true of a connection at a moment follows
// from its steps and the time (Link, StateAt); the gate reads that together with
// the standings of both systems, so that an authority to connect never outlives
// what justifies it.
package connection
