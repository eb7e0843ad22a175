{{/* What stands in namespaces: in all of them, or in the one of controller.scope. */}}
{{- define "portico.rules" -}}
- apiGroups: [networking.k8s.io]
  resources: [ingresses]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [services]
  verbs: [list, watch]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [secrets]
  verbs: [list, watch]
- apiGroups: [networking.k8s.io]
  resources: [ingresses/status]
  verbs: [patch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end -}}

{{- define "portico.clusterRules" -}}
- apiGroups: [networking.k8s.io]
  resources: [ingressclasses]
  verbs: [list, watch]
{{- if not (include "portico.published" .) }}
- apiGroups: [""]
  resources: [nodes]
  verbs: [list, watch]
{{- end }}
{{- end -}}

{{- define "portico.ownRules" -}}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [{{ include "portico.election" . }}]
  verbs: [get, patch]
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list{{ if not (include "portico.published" .) }}, watch{{ end }}]
{{- end -}}

{{/* To look at the Service of publishService, where controller.scope does not reach it. */}}
{{- define "portico.publishedRules" -}}
- apiGroups: [""]
  resources: [services]
  verbs: [list, watch]
{{- end -}}

{{- define "portico.bound" -}}
{{- $ := .root -}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ .kind }}
metadata:
  name: {{ .name }}
  {{- with .namespace }}
  namespace: {{ . }}
  {{- end }}
  labels:
    {{- .labels | default (include "portico.labels" $) | nindent 4 }}
rules:
  {{- .rules | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ .kind }}Binding
metadata:
  name: {{ .name }}
  {{- with .namespace }}
  namespace: {{ . }}
  {{- end }}
  labels:
    {{- .labels | default (include "portico.labels" $) | nindent 4 }}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: {{ .kind }}, name: {{ .name }}}
subjects:
  - kind: ServiceAccount
    name: {{ .account | default (include "portico.serviceAccount" $) }}
    namespace: {{ include "portico.namespace" $ }}
{{ end -}}

{{/* The same, for verdicts alone. */}}
{{- define "portico.webhook.rules" -}}
- apiGroups: [networking.k8s.io]
  resources: [ingresses]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [services, secrets]
  verbs: [list, watch]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list, watch]
{{- end -}}

{{- define "portico.webhook.clusterRules" -}}
- apiGroups: [networking.k8s.io]
  resources: [ingressclasses]
  verbs: [list, watch]
{{- if not .Values.controller.admissionWebhooks.certManager.enabled }}
- apiGroups: [admissionregistration.k8s.io]
  resources: [validatingwebhookconfigurations]
  resourceNames: [{{ include "portico.webhook.clusterName" . }}]
  verbs: [get, update]
{{- end }}
{{- end -}}
